"""What the model, or a run, rests on: figures, tables, parameters, levers, works cited, and how much of it is assumed."""
