"""Awards beside the straight line: progress reports, pauses, changes, year ends, endings and money paid back."""
