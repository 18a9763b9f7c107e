### How an event repeats, in words. A sentence is put together from the front: how often, then on which days ($rule is what stands
### before), then for how long.

rule-every-second = { $interval ->
    [1] Every second
   *[other] Every { $interval } seconds
}
rule-every-minute = { $interval ->
    [1] Every minute
   *[other] Every { $interval } minutes
}
rule-every-hour = { $interval ->
    [1] Every hour
   *[other] Every { $interval } hours
}
rule-every-day = { $interval ->
    [1] Every day
   *[other] Every { $interval } days
}
rule-every-week = { $interval ->
    [1] Every week
   *[other] Every { $interval } weeks
}
rule-every-month = { $interval ->
    [1] Every month
   *[other] Every { $interval } months
}
rule-every-year = { $interval ->
    [1] Every year
   *[other] Every { $interval } years
}
rule-on = { $rule } on { $days }
# $days are what an event falls on that is on those dates anyway, as in “Every month on the 13th if it is Friday”.
rule-if-it-is = { $rule } if it is { $days }
rule-in-months = { $rule } in { $months }
rule-in-calendar = { $rule } in the { $calendar } calendar
# What there are no words for stands in parentheses as it is.
rule-odd = { $rule } ({ $parts })
rule-skip-backward = { $rule }, or the last day before where there is no such day
rule-skip-forward = { $rule }, or the next day where there is no such day
rule-until = { $rule }, until { $date }
rule-times = { $count ->
    [1] { $rule }, once
   *[other] { $rule }, { $count } times
}
# Monday to Friday.
rule-weekdays = weekdays
rule-a-weekday = weekday
rule-a-weekend-day = weekend day
# $nth such as “second” or “2nd to last”.
rule-nth-day = the { $nth } { $day }
rule-nth = the { $nth }
rule-nth-to-last = { $nth } to last
rule-last-day = the last day
rule-nth-to-last-day = the { $nth } to last day
rule-nth-month = the { $nth } month
rule-leap-month = the leap { $nth } month
rule-own-dates = On dates of its own
rule-unknown-calendar = Repeats in a calendar system that { -kalends } does not know: { $name }; only its first date is shown

# Calendar systems, as in “in the Hebrew calendar”.
rule-buddhist = Buddhist
rule-japanese = Japanese
rule-minguo = Minguo
rule-chinese = Chinese
rule-korean = Korean
rule-hebrew = Hebrew
rule-coptic = Coptic
rule-ethiopian = Ethiopian
rule-ethiopian-amete-alem = Ethiopian (Amete Alem)
rule-indian = Indian
rule-persian = Persian
rule-islamic-tabular = Islamic (tabular)
rule-islamic-umm-al-qura = Islamic (Umm al-Qura)
