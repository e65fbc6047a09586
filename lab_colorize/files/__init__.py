"""Files and folders, whatever is in them: found, hashed, locked, written whole. Knows nothing of photographs."""
