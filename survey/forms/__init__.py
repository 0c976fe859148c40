"""Hold a filled form against exactly the fields, options and units of its county's document."""

from survey.forms.bounds import BOUNDS, Bounds, read_bounds
from survey.forms.drafts import kept_values, shown_values
from survey.forms.official_numbers import mask_id_numbers, masked
from survey.forms.values import (
    Checked,
    Filled,
    blank,
    check,
    fault_of,
    fill,
    main_form,
    private_fields,
    wanted_utilities,
)

__all__ = [
    "BOUNDS",
    "Bounds",
    "Checked",
    "Filled",
    "blank",
    "check",
    "fault_of",
    "fill",
    "kept_values",
    "main_form",
    "mask_id_numbers",
    "masked",
    "private_fields",
    "read_bounds",
    "shown_values",
    "wanted_utilities",
]
