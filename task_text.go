package helpdesk

// taskTexts are what work on contacts came to, by language.
func taskTexts() map[string]map[textKey]string {
	return map[string]map[textKey]string{
		"en": {
			textImportSubject: "Your import of contacts has ended", textExportSubject: "Your export of contacts is ready",
			textImportLetter: "Hello %1,\n\nyour import of contacts has ended: %2 rows were taken, %3 were refused.\n",
			textExportLetter: "Hello %1,\n\nyour export of contacts is ready: it has %2 rows.\n",
			textExportFailed: "Hello %1,\n\nyour export of contacts could not be made. You may not be allowed to any more.\n",
			textTaskFile:     "For a day you find the file here, while you are allowed to:\n\n%1\n",
		},
		"pt": {
			textImportSubject: "Sua importação de contatos terminou", textExportSubject: "Sua exportação de contatos está pronta",
			textImportLetter: "Olá %1,\n\nsua importação de contatos terminou: %2 linhas foram aceitas, %3 foram recusadas.\n",
			textExportLetter: "Olá %1,\n\nsua exportação de contatos está pronta: ela tem %2 linhas.\n",
			textExportFailed: "Olá %1,\n\nsua exportação de contatos não pôde ser feita. Talvez você não tenha mais permissão.\n",
			textTaskFile:     "Por um dia você encontra o arquivo aqui, enquanto tiver permissão:\n\n%1\n",
		},
		"es": {
			textImportSubject: "Tu importación de contactos ha terminado", textExportSubject: "Tu exportación de contactos está lista",
			textImportLetter: "Hola %1:\n\ntu importación de contactos ha terminado: se aceptaron %2 filas y se rechazaron %3.\n",
			textExportLetter: "Hola %1:\n\ntu exportación de contactos está lista: tiene %2 filas.\n",
			textExportFailed: "Hola %1:\n\nno se pudo hacer tu exportación de contactos. Quizá ya no tengas permiso.\n",
			textTaskFile:     "Durante un día encuentras el archivo aquí, mientras tengas permiso:\n\n%1\n",
		},
	}
}
