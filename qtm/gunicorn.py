"""How gunicorn serves: `gunicorn -c python:qtm.gunicorn qtm.wsgi`."""

import os
import signal
import sys
import threading

_listener = os.environ.get("LISTENER_FD")
_lifeline = os.environ.get("LIFELINE_FD")

bind = f"fd://{_listener}" if _listener else f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
preload_app = True  # loaded once, while the database is still being prepared
timeout = 60
graceful_timeout = 5
loglevel = "warning"
control_socket_disable = True  # it would be opened in the home folder


def on_starting(_server: object) -> None:
    """With the application loaded, wait for the word of the process that looks after us; from then on we end when it does."""
    if _lifeline:
        if not os.read(int(_lifeline), 1):
            sys.exit()
        threading.Thread(target=_stop_when_cut, args=(int(_lifeline),), daemon=True).start()


def _stop_when_cut(lifeline: int) -> None:
    """Wait for the kernel to close the other end, as it does whatever that process dies of, and stop at once."""
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGQUIT)
