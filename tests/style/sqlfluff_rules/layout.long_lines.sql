-- max_line_length = 88: the next line has 89
select 'a word, and more words, until the line is one character too long' as text_of_line
