"""Make the sample county, a plausible county seat with known answers, by a seeded script."""
