### Names of months and days, and what is said of times. How dates and times are put together follows the region that a person chose.

date-month-01 = January
date-month-02 = February
date-month-03 = March
date-month-04 = April
date-month-05 = May
date-month-06 = June
date-month-07 = July
date-month-08 = August
date-month-09 = September
date-month-10 = October
date-month-11 = November
date-month-12 = December

# The same, abbreviated.
date-month-short-01 = Jan
date-month-short-02 = Feb
date-month-short-03 = Mar
date-month-short-04 = Apr
date-month-short-05 = May
date-month-short-06 = Jun
date-month-short-07 = Jul
date-month-short-08 = Aug
date-month-short-09 = Sep
date-month-short-10 = Oct
date-month-short-11 = Nov
date-month-short-12 = Dec

date-weekday-1 = Monday
date-weekday-2 = Tuesday
date-weekday-3 = Wednesday
date-weekday-4 = Thursday
date-weekday-5 = Friday
date-weekday-6 = Saturday
date-weekday-7 = Sunday

# The same, abbreviated.
date-weekday-short-1 = Mon
date-weekday-short-2 = Tue
date-weekday-short-3 = Wed
date-weekday-short-4 = Thu
date-weekday-short-5 = Fri
date-weekday-short-6 = Sat
date-weekday-short-7 = Sun

# The same in two letters.
date-weekday-two-1 = Mo
date-weekday-two-2 = Tu
date-weekday-two-3 = We
date-weekday-two-4 = Th
date-weekday-two-5 = Fr
date-weekday-two-6 = Sa
date-weekday-two-7 = Su

# The same in one letter, above a small month.
date-weekday-letter-1 = M
date-weekday-letter-2 = T
date-weekday-letter-3 = W
date-weekday-letter-4 = T
date-weekday-letter-5 = F
date-weekday-letter-6 = S
date-weekday-letter-7 = S

# Right after an hour of twelve, as in 9am.
date-am = am
date-pm = pm

# What people type for a day; it is read from its third letter on.
date-today = today
date-tomorrow = tomorrow
date-yesterday = yesterday
# What people type for a time.
date-noon = noon
date-midnight = midnight
# What people type after + and a number: days, and weeks. Several, each between spaces.
date-typed-days = d day days
date-typed-weeks = w week weeks
# What people type right after the day of a month. Several, each between spaces.
date-typed-ordinals = st nd rd th

date-nth-1 = first
date-nth-2 = second
date-nth-3 = third
date-nth-4 = fourth
date-nth-5 = fifth
date-last = last

# A place in a row, by the end of its number.
date-ordinal-st = { NUMBER($number) }st
date-ordinal-nd = { NUMBER($number) }nd
date-ordinal-rd = { NUMBER($number) }rd
date-ordinal-th = { NUMBER($number) }th
