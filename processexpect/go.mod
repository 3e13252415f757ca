module process-tracer.invalid/processexpect

go 1.21
