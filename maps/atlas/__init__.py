"""Print the survey atlas: sheets of a joint survey at a true scale, with what is measured and what is found on them."""

from maps.atlas.pages import make_atlas
from maps.atlas.stops import AtlasHead, StopSheet

__all__ = ["AtlasHead", "StopSheet", "make_atlas"]
