"""E-İmza Uygulaması: the program that gives a signature card its PIN, without its window."""

RELEASE = "0.1.0"
