"""What must hold whatever died, was full or was put back: looked at in the rows as they lie."""
