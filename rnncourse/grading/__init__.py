"""Grades notebooks with nbgrader: the verdict comes from outside the student's process."""
