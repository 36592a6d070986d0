"""What happens to a staff account, as pure decisions."""
