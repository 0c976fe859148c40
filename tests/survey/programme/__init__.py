"""Tests of `survey.programme`."""
