"""How gunicorn serves: `gunicorn -c python:qtm.gunicorn qtm.wsgi`."""

import os
import signal
import threading

_listener = os.environ.get("LISTENER_FD")
_lifeline = os.environ.get("LIFELINE_FD")

bind = f"fd://{_listener}" if _listener else f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
timeout = 60
graceful_timeout = 5
loglevel = "warning"
control_socket_disable = True  # it would be opened in the home folder


def on_starting(_server: object) -> None:
    """Follow the process that looks after us: should it be killed, the kernel closes its end of the lifeline."""
    if _lifeline:
        threading.Thread(target=_stop_when_cut, args=(int(_lifeline),), daemon=True).start()


def _stop_when_cut(lifeline: int) -> None:
    """Wait for the end of the lifeline, and then stop at once."""
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGQUIT)
