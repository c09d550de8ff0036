"""From a learning platform's download to nbgrader's folders, and marks and feedback back to it."""
