### How an event repeats, in words. A sentence is put together from the front: how often, then on which days ($rule is what stands
### before), then for how long. The server alone says it.

server-rule-every-second = { $interval ->
    [1] Every second
   *[other] Every { $interval } seconds
}
server-rule-every-minute = { $interval ->
    [1] Every minute
   *[other] Every { $interval } minutes
}
server-rule-every-hour = { $interval ->
    [1] Every hour
   *[other] Every { $interval } hours
}
server-rule-every-day = { $interval ->
    [1] Every day
   *[other] Every { $interval } days
}
server-rule-every-week = { $interval ->
    [1] Every week
   *[other] Every { $interval } weeks
}
server-rule-every-month = { $interval ->
    [1] Every month
   *[other] Every { $interval } months
}
server-rule-every-year = { $interval ->
    [1] Every year
   *[other] Every { $interval } years
}
server-rule-on = { $rule } on { $days }
# $days are what an event falls on that is on those dates anyway, as in “Every month on the 13th if it is Friday”.
server-rule-if-it-is = { $rule } if it is { $days }
server-rule-in-months = { $rule } in { $months }
server-rule-in-calendar = { $rule } in the { $calendar } calendar
# What there are no words for stands in parentheses as it is.
server-rule-odd = { $rule } ({ $parts })
server-rule-skip-backward = { $rule }, or the last day before where there is no such day
server-rule-skip-forward = { $rule }, or the next day where there is no such day
server-rule-until = { $rule }, until { $date }
server-rule-times = { $count ->
    [1] { $rule }, once
   *[other] { $rule }, { $count } times
}
# Monday to Friday.
server-rule-weekdays = weekdays
server-rule-a-weekday = weekday
server-rule-a-weekend-day = weekend day
# $nth such as “second” or “2nd to last”.
server-rule-nth-day = the { $nth } { $day }
server-rule-nth = the { $nth }
server-rule-nth-to-last = { $nth } to last
server-rule-last-day = the last day
server-rule-nth-to-last-day = the { $nth } to last day
server-rule-nth-month = the { $nth } month
server-rule-leap-month = the leap { $nth } month
server-rule-own-dates = On dates of its own
server-rule-unknown-calendar = Repeats in a calendar system that { -kalends } does not know: { $name }; only its first date is shown

# Calendar systems, as in “in the Hebrew calendar”.
server-rule-buddhist = Buddhist
server-rule-japanese = Japanese
server-rule-minguo = Minguo
server-rule-chinese = Chinese
server-rule-korean = Korean
server-rule-hebrew = Hebrew
server-rule-coptic = Coptic
server-rule-ethiopian = Ethiopian
server-rule-ethiopian-amete-alem = Ethiopian (Amete Alem)
server-rule-indian = Indian
server-rule-persian = Persian
server-rule-islamic-tabular = Islamic (tabular)
server-rule-islamic-umm-al-qura = Islamic (Umm al-Qura)
