package dashboard

func conversationRoutes() []route { return nil }
