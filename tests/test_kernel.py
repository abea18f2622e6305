"""What a notebook runs in."""

import asyncio
import sys
import time
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
        here, there = context.socket(zmq.DEALER), context.socket(zmq.DEALER)
        here.bind("inproc://talk")
        there.connect("inproc://talk")
        try:
            return await work(AttentiveChannel(here, session), there, session)
        finally:
            context.destroy(linger=0)

    return asyncio.run(asyncio.wait_for(between(), 60))


def test_an_answer_that_comes_while_something_is_sent_is_heard_long_before_patience_ends():
    async def both_at_once(channel, there, session):
        session.send(there, "here")
        await channel.get_msg(timeout=30)
        clock, took = asyncio.get_running_loop(), []
        for _ in range(2):
            answer = asyncio.ensure_future(channel.get_msg(timeout=30))
            await asyncio.sleep(0.05)
            session.send(there, "answer")
            time.sleep(0.1)  # it has come, and nobody has looked yet
            channel.send(session.msg("comm_msg"))
            begun = clock.time()
            assert (await answer)["msg_type"] == "answer"
            took.append(clock.time() - begun)
        return max(took)

    assert talk(both_at_once) < 10


@pytest.mark.parametrize("patience", [0, 0.2, LOOKS_AGAIN + 0.2])
def test_nothing_comes_and_the_channel_says_so_in_its_time(patience):
    async def alone(channel, there, session):
        clock, began = asyncio.get_running_loop(), asyncio.get_running_loop().time()
        with pytest.raises(Empty):
            await channel.get_msg(timeout=patience)
        return clock.time() - began

    assert talk(alone) >= patience * 0.9
