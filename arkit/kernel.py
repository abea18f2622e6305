"""The kernel that a notebook runs in: of this Python, heard by this process alone, and listened to with patience."""

import asyncio
import os
import sys
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

#: Seconds after which a channel looks for itself whether something has come.
LOOKS_AGAIN = 1.0


class OwnKernel(KernelSpecManager):
    """The kernel of this Python, whatever kernels are installed elsewhere under the same name."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """How it is started."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--IPKernelApp.log_level=ERROR"]
        return KernelSpec(
            argv=command, display_name=kernel_name, language="python", env={"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        )


class AttentiveChannel(AsyncZMQSocketChannel):
    """A channel that does not rest on being woken, or an answer now and then lies there until patience is at its end.

    The sign that a message has come shows once, and sending, as widgets do while their cell runs, takes it away.
    """

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message, or `Empty` after so many seconds."""
        clock = asyncio.get_running_loop()
        until = clock.time() + (float("inf") if timeout is None else timeout)
        while True:
            left = max(until - clock.time(), 0.0)
            try:
                return await super().get_msg(timeout=min(LOOKS_AGAIN, left))
            except Empty:
                if left <= LOOKS_AGAIN:
                    raise


class AttentiveClient(AsyncKernelClient):
    """What talks to a kernel, over channels that look for themselves."""

    shell_channel_class = iopub_channel_class = stdin_channel_class = control_channel_class = AttentiveChannel


def own_kernel(runtime: Path) -> AsyncKernelManager:
    """A kernel not yet started, whose connection file and sockets lie in a folder.

    Where the system has them these are files of this user only, and no port that others may listen to.
    """
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=OwnKernel(), client_factory=AttentiveClient)
    manager.connection_file = str(runtime / "kernel.json")
    manager.transport = "ipc" if os.name == "posix" else "tcp"
    return manager
