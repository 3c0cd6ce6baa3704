"""The live page: a small server on this machine and one hand-written page; levers move and an ensemble answers.

`asking` checks what the page asks, `desk` lets clients take turns, `engine` simulates in processes of its own, `answers` and `details`
turn arrays into what is drawn, `describing` says what exists, `copies` writes the same question as a command, a file and a cell.
"""
