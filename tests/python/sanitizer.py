"""What a build with the address sanitizer, which has to be loaded before Python, cannot show."""

import os

import pytest

LOADED = "libasan" in os.environ.get("LD_PRELOAD", "")
measured_without = pytest.mark.skipif(LOADED, reason="measured without a sanitizer")
