module example.com/expecting

go 1.21

require process-tracer.invalid/processexpect v0.0.0

replace process-tracer.invalid/processexpect => ../../../processexpect
