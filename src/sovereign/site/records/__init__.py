"""What the pages and files of one record are made from."""
