//! Counts of calls as they come: read, put on a grid of intervals, and judged.
