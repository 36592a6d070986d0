-- The day a course starts on, by which one that nobody began is noticed.

alter table course add column starts_on date;
update course set starts_on = (opened.data ->> 'starts_on')::date
  from public.event as opened
 where opened.stream = 'course-' || course.course_id and opened.type = 'CourseOpened';
