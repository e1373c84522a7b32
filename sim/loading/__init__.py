"""From a YAML file to a scenario: lines, overlays, words, and all problems at once."""
