"""The accessibility statement that public bodies publish, and what people answer to it."""
