"""What the management API takes and answers, as pydantic models."""
