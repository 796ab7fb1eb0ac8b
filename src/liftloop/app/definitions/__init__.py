"""Publishing what people define: checks, limits, secrets, what the edges need."""
