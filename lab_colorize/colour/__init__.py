"""Colour science: Lab, lightness, tone, ICC profiles, the join of lightness with colours. Knows nothing of files."""
