module process-tracer.dev/processexpect

go 1.21
