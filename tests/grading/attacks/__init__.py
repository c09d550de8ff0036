"""A bank of hostile submissions, and what they gain from stock nbgrader and from ours.

Each attack is a small notebook that tries to earn points it did not work for, to read what it
must not see, or to harm somebody else. It runs in a throw-away container (container.py), in a
course of its own with canaries in every secret (course.py), with an honest student before it
and after it; judge.py reads what came of it. `python -m tests.grading.attacks --help`.
"""
