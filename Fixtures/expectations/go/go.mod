module example.com/expecting

go 1.21

require process-tracer.dev/processexpect v0.0.0

replace process-tracer.dev/processexpect => ../../../processexpect
