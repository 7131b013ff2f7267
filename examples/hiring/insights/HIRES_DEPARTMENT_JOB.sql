-- description: Hires of 2021 by department, job and quarter
-- public: true
SELECT d.department,
       j.job,
       count(*) FILTER (quarter(e.datetime) = 1) AS q1,
       count(*) FILTER (quarter(e.datetime) = 2) AS q2,
       count(*) FILTER (quarter(e.datetime) = 3) AS q3,
       count(*) FILTER (quarter(e.datetime) = 4) AS q4
FROM hired_employees e
LEFT JOIN departments d ON d.id = e.department_id
LEFT JOIN jobs j ON j.id = e.job_id
WHERE e.datetime >= TIMESTAMPTZ '2021-01-01T00:00:00Z' AND e.datetime < TIMESTAMPTZ '2022-01-01T00:00:00Z'
GROUP BY d.department, j.job
ORDER BY d.department, j.job
