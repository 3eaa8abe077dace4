"""The sign-in pages: from a waiting request to an answered one."""
