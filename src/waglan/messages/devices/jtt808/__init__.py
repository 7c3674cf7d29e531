"""JT/T 808, the protocol of terminals in China: its frames, what they say, and their answers.

Written from published descriptions and makers' manuals, never from another decoder. `stream` reads
what a connection gives; `writing` writes the platform's answers, and what a device sends.
"""
