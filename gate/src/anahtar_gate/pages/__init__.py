"""What people see: sign-in pages in Turkish and English, without script."""
