"""Static files by the digest of what is in them, modules that import each other too: what is kept for ever is never stale."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Statics(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """WhiteNoise's own, which leaves the imports of modules alone unless it is told not to."""

    support_js_module_import_aggregation = True
