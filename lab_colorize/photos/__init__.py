"""Photograph files: read whole and upright, written with their metadata. Knows nothing of colour beyond a profile."""
