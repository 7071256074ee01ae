//! How many calls each coming interval will bring, how surely, and why.
