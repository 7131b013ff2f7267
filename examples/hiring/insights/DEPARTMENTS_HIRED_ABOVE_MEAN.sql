-- description: Departments that hired more people in 2021 than the mean over departments
-- public: true
WITH by_department AS (
    SELECT d.id, d.department, count(*) AS hired
    FROM hired_employees e
    LEFT JOIN departments d ON d.id = e.department_id
    WHERE e.datetime >= TIMESTAMPTZ '2021-01-01T00:00:00Z' AND e.datetime < TIMESTAMPTZ '2022-01-01T00:00:00Z'
    GROUP BY d.id, d.department
)
SELECT id, department, hired
FROM by_department
WHERE hired > (SELECT avg(hired) FROM by_department)
ORDER BY hired DESC, department
