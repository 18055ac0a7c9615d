"""Lists as tables: their columns, their order, and how a cell reads."""
