"""arkit: accounts receivable in a notebook."""
