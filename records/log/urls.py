"""The addresses of the log and of the keys."""

from django.urls import path

from records.log import serving

urlpatterns = [
    path("log/", serving.log, name="log"),
    path("keys/", serving.keys, name="keys"),
    path("keys/keys.txt", serving.keys_file, name="keys-file"),
    path("log/<path:name>/checkpoint", serving.checkpoint, name="log-checkpoint"),
    path("log/<path:name>/tile/<path:place>", serving.tile, name="log-tile"),
]
