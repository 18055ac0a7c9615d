"""What people fill in: the applicants' forms and the staff's."""
