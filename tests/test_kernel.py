"""What a notebook runs in."""

import asyncio
import sys
from queue import Empty

import pytest
import zmq
import zmq.asyncio
from jupyter_client.session import Session

from arkit.kernel import LOOKS_AGAIN, AttentiveChannel, own_kernel


def test_the_kernel_is_of_this_python_and_its_sockets_lie_in_the_folder(tmp_path):
    manager = own_kernel(tmp_path)
    spec = manager.kernel_spec
    assert spec is not None
    assert spec.argv[:3] == [sys.executable, "-m", "ipykernel_launcher"]
    assert manager.connection_file == str(tmp_path / "kernel.json")
    client = manager.client()
    assert isinstance(client.shell_channel, AttentiveChannel)
    client.context.destroy(linger=0)


def talk(work):
    """Runs ``work`` with a channel, the socket at its other end, and what they say messages with."""

    async def between():
        session, context = Session(key=b""), zmq.asyncio.Context()
        here, there = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
        here.bind("inproc://talk")
        there.connect("inproc://talk")
        try:
            return await work(AttentiveChannel(here, session), there, session)
        finally:
            context.destroy(linger=0)

    return asyncio.run(asyncio.wait_for(between(), 60))


def test_a_message_that_nobody_was_told_of_is_found_after_a_second():
    async def deaf(channel, there, session):
        loop = asyncio.get_running_loop()
        waiting = asyncio.ensure_future(channel.get_msg(timeout=600))
        await asyncio.sleep(0.05)
        loop.remove_reader(channel.socket.getsockopt(zmq.FD))  # as if the wake-up was lost
        session.send(there, "execute_reply", content={"status": "ok"})
        return await waiting

    assert talk(deaf)["content"] == {"status": "ok"}


@pytest.mark.parametrize("patience", [0, 0.2, LOOKS_AGAIN + 0.2])
def test_nothing_comes_and_the_channel_says_so_in_its_time(patience):
    async def alone(channel, there, session):
        clock, began = asyncio.get_running_loop(), asyncio.get_running_loop().time()
        with pytest.raises(Empty):
            await channel.get_msg(timeout=patience)
        return clock.time() - began

    assert talk(alone) >= patience * 0.9
