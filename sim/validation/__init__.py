"""What pydantic cannot know of a scenario: references between blocks and limits that AWS sets, one file a subject."""
