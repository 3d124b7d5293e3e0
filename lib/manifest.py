# Freezes the library into a firmware that you build: include("…/lib/manifest.py").
metadata(version="0.1.0", description="Snowplow tracker")  # noqa: F821
package("snowplow_tracker")  # noqa: F821
