module github.com/gohelpdesk/helpdesk

go 1.26
