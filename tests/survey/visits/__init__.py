"""Tests of `survey.visits`."""
